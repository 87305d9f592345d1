from django.apps import AppConfig


class UsersConfig(AppConfig):
    name = "users"

    def ready(self) -> None:
        from users import palette  # noqa: F401 – it registers itself when it is imported

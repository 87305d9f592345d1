from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from crm import navigation, palette, panels, tenants  # noqa: F401 – each registers itself when it is imported

        navigation.add_entries()

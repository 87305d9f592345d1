from django.apps import AppConfig


class CrmConfig(AppConfig):
    name = "crm"

    def ready(self) -> None:
        from crm import navigation, tenants  # noqa: F401 – the switcher asks crm.tenants once it is imported

        navigation.add_entries()

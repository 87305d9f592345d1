from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "finance"

    def ready(self) -> None:
        # Imported to register with the switcher, the left bar and the search, and with the moves of documents.
        from finance import tenants  # noqa: F401
        from finance.services import (  # noqa: F401
            billable_bill_lines,
            billable_expenses,
            conversions,
            credit_limits,
            freeing,
        )
        from finance.ui import expense_navigation, import_navigation, navigation  # noqa: F401
        from finance.ui.documents import navigation as document_navigation  # noqa: F401
        from finance.ui.payments import navigation as payment_navigation  # noqa: F401
        from finance.ui.reports import navigation as report_navigation  # noqa: F401
        from finance.ui.subscriptions import navigation as subscription_navigation  # noqa: F401

"""Each Celery setting that a lost, repeated or late message depends on."""

import pytest
from django.conf import settings

from finsuite.celery import app
from finsuite.settings.broker import broker_url


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("task_acks_late", True),
        ("task_reject_on_worker_lost", True),
        ("worker_prefetch_multiplier", 1),
        ("task_ignore_result", True),
        ("task_serializer", "json"),
        ("result_serializer", "json"),
        ("accept_content", ["json"]),
        ("task_soft_time_limit", 90),
        ("task_time_limit", 120),
        ("visibility_timeout", 300),
        ("result_backend_transport_options", {"visibility_timeout": 300}),
        ("task_publish_retry", True),
        ("task_publish_retry_policy", {"max_retries": 0}),
        ("worker_soft_shutdown_timeout", 30),
        ("worker_cancel_long_running_tasks_on_connection_loss", True),
        ("broker_connection_retry_on_startup", True),
        ("broker_connection_max_retries", None),
        ("worker_max_tasks_per_child", 1000),
        ("task_default_queue", "sync.fast"),
        ("task_create_missing_queues", False),
        ("worker_hijack_root_logger", False),
    ],
)
def test_celery_runs_with(name: str, value: object) -> None:
    assert getattr(app.conf, name) == value


def test_a_dead_workers_message_is_looked_for_every_five_seconds_and_a_silent_broker_costs_half_a_second() -> None:
    assert app.conf.broker_transport_options == {
        "visibility_timeout": 300,
        "unacked_restore_interval": 5,
        "unacked_restore_throttle": 1,
        "socket_timeout": 0.5,
        "socket_connect_timeout": 0.5,
    }


def test_a_message_stays_hidden_for_longer_than_any_task_may_run() -> None:
    assert settings.CELERY_TASK_SOFT_TIME_LIMIT < settings.CELERY_TASK_TIME_LIMIT < settings.CELERY_VISIBILITY_TIMEOUT


def test_the_queues_are_these_four() -> None:
    assert [queue.name for queue in app.conf.task_queues] == ["sync.fast", "sync.bulk", "outbox", "pdf"]


def test_every_task_goes_by_the_routes_and_names_no_queue_of_its_own() -> None:
    app.loader.import_default_modules()
    own = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert [name for name, task in own.items() if getattr(task, "queue", None)] == []
    routes = {name: app.amqp.router.route({}, name)["queue"].name for name in own}
    fast = {name for name, queue in routes.items() if queue == "sync.fast"}
    assert fast == {"integration.tasks.sync_changes", "integration.tasks.poll", "crm.send_reminders"}
    outbox = {name for name, queue in routes.items() if queue == "outbox"}
    assert outbox == {"finance.send_email", "finance.send_emails"}
    assert {queue for name, queue in routes.items() if name not in fast | outbox} == {"sync.bulk"}


@pytest.mark.parametrize("name", ["sync.fast", "sync.bulk", "outbox", "pdf"])
def test_a_message_lands_in_the_queue_it_is_sent_to_and_in_no_other(name: str) -> None:
    with app.connection_for_write() as connection:
        queues = {queue.name: queue.bind(connection.default_channel) for queue in app.amqp.queues.values()}
        for queue in queues.values():
            queue.declare()
            queue.purge()
        app.send_task("nobody.runs_this", queue=name, connection=connection)
        found = {other for other, queue in queues.items() if queue.get() is not None}
        for queue in queues.values():
            queue.purge()
    assert found == {name}


@pytest.mark.parametrize(
    ("redis_url", "celery_url"),
    [
        ("unix:///data/valkey.sock", "redis+socket:///data/valkey.sock?virtual_host=0"),
        ("unix:///a%20folder/valkey.sock?db=3", "redis+socket:///a%20folder/valkey.sock?virtual_host=3"),
        ("redis://valkey:6379/0", "redis://valkey:6379/0"),
        ("rediss://:secret@valkey/1", "rediss://:secret@valkey/1"),
        ("", ""),
    ],
)
def test_one_address_serves_redis_and_celery(redis_url: str, celery_url: str) -> None:
    assert broker_url(redis_url) == celery_url


def test_a_published_message_lands_in_the_broker_of_redis_url() -> None:
    with app.connection_for_write() as connection:
        queue = connection.SimpleQueue("outbox")
        queue.clear()  # what other tests of this process have published
        queue.put({"id": 7})
        message = queue.get(timeout=1)
        message.ack()
        queue.close()
    assert message.payload == {"id": 7}


def test_each_queue_is_bound_under_its_own_name() -> None:
    bound = {queue.name: (queue.exchange.name, queue.routing_key) for queue in app.amqp.queues.values()}
    assert bound == {name: (name, name) for name in ("sync.fast", "sync.bulk", "outbox", "pdf")}

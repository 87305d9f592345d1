from integration.models.changes import DeadLetter, Dirty, RecordState, UnfinishedBatch
from integration.models.connections import Connection
from integration.models.issues import Conflict, SyncIssue
from integration.models.links import Exclusion, Link, Unmatched
from integration.models.mappings import FieldMapping
from integration.models.merges import MergeMap
from integration.models.runs import Action, Journal, Run
from integration.models.settings import SyncSetting

__all__ = [
    "Action",
    "Conflict",
    "Connection",
    "DeadLetter",
    "Dirty",
    "Exclusion",
    "FieldMapping",
    "Journal",
    "Link",
    "MergeMap",
    "RecordState",
    "Run",
    "SyncIssue",
    "SyncSetting",
    "UnfinishedBatch",
    "Unmatched",
]

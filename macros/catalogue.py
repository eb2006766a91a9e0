"""Import of every noun that registers actions: what stands here is on the ribbon."""

from macros import aging as aging  # noqa: PLC0414 - imported to register
from macros import check as check  # noqa: PLC0414 - imported to register
from macros import dunning as dunning  # noqa: PLC0414 - imported to register
from macros import import_table as import_table  # noqa: PLC0414 - imported to register
from macros import mapping as mapping  # noqa: PLC0414 - imported to register
from macros import task_breakdown as task_breakdown  # noqa: PLC0414 - imported to register

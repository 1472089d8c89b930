"""Why a backup was not made or not restored. The operator reads these at a terminal, in English."""

from core.refusals import Refusal


class BackupThere(Refusal):
    """A backup never takes the place of another file."""

    sentence = "There is a file %(file)s already. Choose another name."


class DatabaseMissing(Refusal):
    """There is nothing to copy."""

    sentence = "There is no portal in the database. Look at DATABASE_URL, or run `portal migrate`."


class ToolMissing(Refusal):
    """PostgreSQL's own programs make and read its backups."""

    sentence = (
        "%(tool)s was not found. Install the client programs of PostgreSQL %(version)s "
        "(Debian: postgresql-client-%(version)s), or put them on PATH."
    )


class ToolFailed(Refusal):
    """PostgreSQL's own program said no."""

    sentence = "%(tool)s failed, and nothing was changed: %(words)s"


class ArchiveDamaged(Refusal):
    """The archive is not whole: cut off, changed, or no backup at all."""

    sentence = "The backup is damaged or not complete (%(why)s). Nothing was changed."


class ArchiveUnsafe(Refusal):
    """Something in the archive has a name that no backup of ours has."""

    sentence = "The archive holds %(name)r, which is in no backup of a portal. Nothing was changed."


class ArchiveTooNew(Refusal):
    """A newer portal made it."""

    sentence = "A newer version of the portal made this backup (%(what)s). Nothing was changed."


class OtherDatabase(Refusal):
    """A backup goes back to the kind of database that it came from."""

    sentence = "The backup is of %(kind)s, and DATABASE_URL names %(here)s. Nothing was changed."


class TargetNotEmpty(Refusal):
    """There is something that would be lost."""

    sentence = "There is a portal with data already (%(where)s). --replace puts the backup in its place."


class TargetForeign(Refusal):
    """The database belongs to another program."""

    sentence = "The database holds tables that are not the portal's. Nothing was changed."


class PortalRuns(Refusal):
    """Somebody is connected to the database that is about to be replaced."""

    sentence = (
        "Something is still connected to the database (%(who)s). "
        "Stop every `portal run` and `portal worker` first."
    )


class RestoreRuns(Refusal):
    """Two restores at once would mix."""

    sentence = "Another `portal restore` is at work."


class FinishFailed(RuntimeError):
    """The rows are in the database and stand still; what comes after, a migration say, did not succeed."""

    def __init__(self) -> None:
        super().__init__("The database is restored, and the restore is not finished: see above.")


class RestoreUnfinished(RuntimeError):
    """A restore was stopped half-way: the portal does not start before it is done again."""

    def __init__(self) -> None:
        super().__init__("A restore did not come to its end. Run `portal restore FILE --replace` again.")

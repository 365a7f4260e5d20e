"""What lies in the annotation server's folder (`paths.server`); only its owner may look inside."""

from __future__ import annotations

import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path

from wink.clip import Clip
from wink.errors import ServerError
from wink.files import file_sha256

#: The first user, who leads the annotation; an address that no mail can reach.
LEAD = "lead@winklab.example"
#: When every placed clip was last changed, as far as the server can tell [s since 1970]: the year 2000.
PLACED_AT = 946684800.0


@dataclass(frozen=True)
class ServerFolder:
    """Label Studio's database, the clips it shows, its log-in and its log."""

    root: Path

    @property
    def data(self) -> Path:
        """Label Studio's own data folder, there only when the database is complete."""
        return self.root / "data"

    @property
    def is_prepared(self) -> bool:
        """Whether a server was ever made ready here."""
        return self.data.exists() or self.elsewhere.exists()

    @property
    def database(self) -> Path:
        """The file that holds every project, task and annotation."""
        return self.data / "label_studio.sqlite3"

    @property
    def exports(self) -> Path:
        """Copies of what was pulled, which Label Studio keeps for itself."""
        return self.data / "export"

    @property
    def elsewhere(self) -> Path:
        """Address of the PostgreSQL database that holds the tables instead of the file, if one does."""
        return self.root / "database.json"

    @property
    def secret(self) -> Path:
        """What Label Studio must say to `wink serve`, and it to nobody else."""
        return self.root / "serve.secret"

    @property
    def placed(self) -> Path:
        """Which file each placed clip was copied from, and how that looked then."""
        return self.root / "placed.json"

    @property
    def pulled(self) -> Path:
        """Folder of everything that was pulled, a file a project: pulls ask only for what is newer."""
        return self.root / "pulled"

    @property
    def media(self) -> Path:
        """Folder the server hands files out from."""
        return self.root / "media"

    @property
    def clips(self) -> Path:
        """The clips as annotators get them: one `<clip_id>.mp4` each, whatever their dataset."""
        return self.media / "clips"

    @property
    def login(self) -> Path:
        """Address and password of the first user, for a person to read."""
        return self.root / "login.txt"

    def begun_login(self, email: str) -> Path:
        """Password of a log-in that is being made; gone once it was told."""
        return self.root / f"begun.{email}"

    @property
    def token(self) -> Path:
        """The key that `wink` itself signs in with."""
        return self.root / "token"

    @property
    def pushed(self) -> Path:
        """Folders of the datasets that were pushed; never shown to annotators."""
        return self.root / "pushed.json"

    @property
    def told(self) -> Path:
        """Ids of the clips whose truth was ever shown or taught, by title of the team."""
        return self.root / "told.json"

    @property
    def models(self) -> Path:
        """Names of the models whose predictions were pushed."""
        return self.root / "models.json"

    @property
    def state(self) -> Path:
        """Process and address of the running server."""
        return self.root / "server.json"

    @property
    def log(self) -> Path:
        """What the server itself says."""
        return self.root / "server.log"

    @property
    def log_before(self) -> Path:
        """What the server said the last time it ran."""
        return self.root / "server.before.log"

    def lock(self, work: str) -> Path:
        """Lock file of one kind of work."""
        return self.root / f".{work}.lock"

    def make(self) -> None:
        """Make the folder, closed to other users.

        Raises:
            ServerError: it cannot be made.
        """
        try:
            self.clips.mkdir(parents=True, exist_ok=True)
            self.root.chmod(0o700)
        except OSError as error:
            raise ServerError(f"{self.root} cannot hold the annotation server: {error}; set paths.server=") from error

    def password(self) -> str:
        """Password of the first user, chosen at the first call.

        Raises:
            ServerError: `login.txt` was changed by hand and names no password.
        """
        if not self.login.exists():
            write_private(self.login, f"email: {LEAD}\npassword: {secrets.token_urlsafe(12)}\n")
        entries = dict(line.partition(": ")[::2] for line in self.login.read_text().splitlines())
        if not entries.get("password"):
            raise ServerError(f"{self.login} has no line `password: ...`; write the password of {LEAD} there")
        return entries["password"]


def write_private(path: Path, text: str) -> None:
    """Write a text file, whole or not at all, that only its owner can read."""
    temporary = _temporary(path)
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    temporary.replace(path)


def _temporary(path: Path) -> Path:
    """Where a file is written before it is whole."""
    return path.with_name(f".{path.name}.{os.getpid()}.tmp")


def sweep_clips(folder: ServerFolder) -> None:
    """Remove the halves of clips that a killed push left; to be called while the push lock is held."""
    for half in folder.clips.glob(".*.tmp"):
        half.unlink(missing_ok=True)


#: How the file looked that a clip was copied from: its path, size and time; by clip id.
Stamps = dict[str, list[object]]


def read_stamps(folder: ServerFolder) -> Stamps:
    """How the files looked that clips were copied from; nothing where it was not noted."""
    return dict(json.loads(folder.placed.read_text())) if folder.placed.exists() else {}


def stamp_of(clip: Clip) -> list[object]:
    """How a clip's own file looks now.

    Raises:
        ServerError: the video is missing.
    """
    try:
        state = clip.video.stat()
    except OSError as error:
        raise ServerError(f"{clip.video} cannot be read: {error}") from error
    return [str(clip.video.resolve()), state.st_size, state.st_mtime_ns]


def is_placed(folder: ServerFolder, clip: Clip, stamps: Stamps | None = None) -> bool:
    """Whether the server shows exactly a clip's video, as `place_clip` leaves it.

    Args:
        folder: of the server.
        clip: to be shown.
        stamps: how the files looked that were copied; one that looks so still need not be compared.

    Raises:
        ServerError: the video is missing.
    """
    target = _place(folder, clip)
    if not target.exists():
        return False
    state = target.stat()
    if (state.st_mtime, state.st_nlink) != (PLACED_AT, 1):
        return False
    stamp = stamp_of(clip)
    known = (stamps or {}).get(clip.clip_id)
    return (known == stamp and stamp[1] == state.st_size) or not shows_another_picture(folder, clip)


def shows_another_picture(folder: ServerFolder, clip: Clip) -> bool:
    """Whether the server shows something for a clip, but not its video.

    Raises:
        ServerError: the video is missing.
    """
    target = _place(folder, clip)
    try:
        return target.exists() and (
            target.stat().st_size != clip.video.stat().st_size or file_sha256(target) != file_sha256(clip.video)
        )
    except OSError as error:
        raise ServerError(f"{clip.video} cannot be read: {error}") from error


def place_clip(folder: ServerFolder, clip: Clip) -> None:
    """Copy a clip's video to where the server can show it, under its opaque id; never linked, always of one time.

    The server tells browsers when a file was last changed: the time of the dataset's own file would give away which
    clips were made together.

    Raises:
        ServerError: the video is missing, or there is no room.
    """
    target = _place(folder, clip)
    temporary = _temporary(target)
    try:
        shutil.copyfile(clip.video, temporary)
        os.utime(temporary, (PLACED_AT, PLACED_AT))
        temporary.replace(target)
    except OSError as error:
        raise ServerError(f"{clip.video} cannot be placed in {folder.clips}: {error}") from error
    finally:
        temporary.unlink(missing_ok=True)


def _place(folder: ServerFolder, clip: Clip) -> Path:
    return folder.clips / f"{clip.clip_id}.mp4"

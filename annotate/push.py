"""Put clips and predictions on the server, each once, however often it is asked and whatever breaks in between.

Label Studio does not notice duplicates, may finish a request its client gave up on, and under parallel writes
loses predictions silently. So pushes are serialised, keyed by `clip_id`, counted, and after any fault listed again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import batched
from typing import TYPE_CHECKING, Any

import httpx

from annotate.access import REQUEST_TIMEOUT_S, explained
from wink.errors import ServerError
from wink.progress import progress

if TYPE_CHECKING:
    from label_studio_sdk import LabelStudio

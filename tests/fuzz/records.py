"""Forged job records: none makes a job finished whose result is not there as it was written."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path

from dpst.batch.flag_roles import FlagRoles
from dpst.batch.job import Job
from dpst.batch.job_record import is_finished, record_path, write_record
from tests.fuzz.mutations import changed_bytes, changed_json

ROLES = FlagRoles(
    inputs=("photo",), inputs_or_names=(), outputs=("output_image", "folder"), not_of_the_result=()
)
HASH = "a" * 64


def fuzz(count: int, seed: int) -> None:
    """Try forged records, beside results that are whole, other than they were, or gone.

    Args:
        count: how many.
        seed: of what they are.

    Raises:
        AssertionError: one raised, or told of a result that is not what was written.
    """
    chance = random.Random(seed)
    with tempfile.TemporaryDirectory() as folder:
        output, report = Path(folder) / "x.png", Path(folder) / "report"
        flags = {"photo": f"{folder}/a.png", "output_image": str(output), "folder": str(report)}
        job = Job(2, flags, roles=ROLES)
        Path(flags["photo"]).write_bytes(b"photo")
        output.write_bytes(b"result")
        report.mkdir()
        (report / "index.html").write_text("report")
        write_record(job, HASH, {"seconds": 1.5, "notes": ["a"]})
        record = record_path(job)
        data = record.read_bytes()
        assert is_finished(job, HASH)
        for case in range(count):
            forged = (
                changed_bytes(data, chance)
                if chance.random() < 0.4
                else json.dumps(changed_json(json.loads(data), chance)).encode()
            )
            record.write_bytes(forged)
            if chance.random() < 0.5:
                is_finished(job, HASH)  # Whatever it says: the result is there.
                continue
            output.write_bytes(b"other")
            assert not is_finished(job, HASH), (case, forged)
            output.unlink()
            assert not is_finished(job, HASH), (case, forged)
            output.write_bytes(b"result")

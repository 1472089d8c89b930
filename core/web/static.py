"""Addresses of static files that change when the file does, so that browsers may keep them for a year."""

from functools import lru_cache
from hashlib import sha256
from pathlib import Path

from flask import Flask


def install(app: Flask) -> None:
    """Give templates `asset('debtor.css')`."""
    folder = Path(app.static_folder or "")

    @lru_cache(maxsize=256)
    def asset(name: str) -> str:
        version = sha256((folder / name).read_bytes()).hexdigest()[:10]
        return f"{app.static_url_path}/{name}?v={version}"

    app.jinja_env.globals["asset"] = asset

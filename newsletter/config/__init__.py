"""`newsletter.yaml` and the environment → one frozen `Config`.

Every key of the file is a field of a model, described where it is declared. Secrets are no
fields: they come from the environment, in the commands that need them.
"""

from newsletter.config.load import FILE_NAME, find_config, load_config
from newsletter.config.model import Config, Delivery, Logo, Schedule, Sender, Settings
from newsletter.config.secrets import Secrets, secrets_from
from newsletter.config.values import DAYS, ORDINALS, Language, Line, Rate

__all__ = [
    "DAYS",
    "FILE_NAME",
    "ORDINALS",
    "Config",
    "Delivery",
    "Language",
    "Line",
    "Logo",
    "Rate",
    "Schedule",
    "Secrets",
    "Sender",
    "Settings",
    "find_config",
    "load_config",
    "secrets_from",
]

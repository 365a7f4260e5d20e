"""From composed configuration to the objects it describes."""

from __future__ import annotations

from typing import Any

from hydra.errors import InstantiationException
from hydra.utils import instantiate
from omegaconf import DictConfig, OmegaConf

from wink.errors import ConfigError, WinkError


def build(config: DictConfig | dict[str, Any]) -> Any:
    """Make the object a configuration describes by its `_target_`, parts first.

    Raises:
        ConfigError: a part has a setting it does not know, or lacks one it needs.
    """
    node = config if isinstance(config, DictConfig) else OmegaConf.create(config)
    try:
        return instantiate(node, _convert_="all")
    except InstantiationException as error:
        cause = error.__cause__ or error
        if isinstance(cause, WinkError):
            raise cause from None
        raise ConfigError(f"{node.get('_target_', 'the configuration')} cannot be made: {cause}") from error


def plain(config: DictConfig) -> dict[str, Any]:
    """The configuration as resolved built-in dictionaries and lists."""
    container = OmegaConf.to_container(config, resolve=True, throw_on_missing=True)
    assert isinstance(container, dict)
    return {str(key): value for key, value in container.items()}

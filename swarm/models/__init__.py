"""Models: one shape (`Model`), several minds behind it."""

from swarm.models.model import Completion, Message, Model, Request

__all__ = ["Completion", "Message", "Model", "Request"]

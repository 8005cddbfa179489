"""The environment of a job's renderers in one slot."""

from framecrew.model.requests import RenderRequest, Request

SLOT = "{slot}"


def environment_of(request: Request, slot: int) -> dict[str, str]:
    """What the job lays over the inherited environment there."""
    if not isinstance(request, RenderRequest):
        return {}
    chosen = {
        name: values[slot % len(values)] for name, values in request.slot_environment.items()
    }
    together = {**request.environment, **chosen}
    return {name: value.replace(SLOT, str(slot)) for name, value in together.items()}

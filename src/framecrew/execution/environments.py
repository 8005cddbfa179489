"""The environment of a job's renderers in one slot."""

from framecrew.model.requests import JoinRequest, RenderRequest, Request

SLOT = "{slot}"


def environment_of(request: Request, slot: int) -> dict[str, str]:
    """What the job lays over the inherited environment there."""
    match request:
        case RenderRequest():
            chosen = {
                name: values[slot % len(values)]
                for name, values in request.slot_environment.items()
            }
            together = {**request.environment, **chosen}
        case JoinRequest() if request.sound_run is not None:
            together = dict(request.sound_run.command.environment)
        case _:
            return {}
    return {name: value.replace(SLOT, str(slot)) for name, value in together.items()}

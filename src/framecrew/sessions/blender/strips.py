"""The strips of the video sequencer."""


def sequence_strips(scene):
    editor = scene.sequence_editor
    if editor is None:
        return []
    return editor.strips_all if hasattr(editor, "strips_all") else editor.sequences_all

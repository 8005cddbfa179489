"""Simulations that are worked out frame after frame, and so are not safe to split."""

import os

import bpy


def unbaked(scene):
    """Simulations that are worked out frame after frame, and so are not safe to split."""
    world = scene.rigidbody_world
    if world and world.enabled and not world.point_cache.is_baked:
        yield "The rigid body world"
    for thing in scene.objects:
        for modifier in thing.modifiers:
            if not modifier.show_render:
                continue
            cache = getattr(modifier, "point_cache", None)
            if modifier.type == "PARTICLE_SYSTEM":
                system = modifier.particle_system
                cache = system.point_cache
                is_hair = system.settings.type == "HAIR" and not system.use_hair_dynamics
                if is_hair or system.settings.physics_type == "NO":
                    continue
            if cache is not None and not cache.is_baked:
                yield f"{modifier.name!r} of {thing.name!r}"
            elif modifier.type == "FLUID" and modifier.fluid_type == "DOMAIN":
                domain = modifier.domain_settings
                if not domain.has_cache_baked_data:
                    yield f"{modifier.name!r} of {thing.name!r}"
            elif modifier.type == "NODES" and simulates(modifier.node_group, []):
                bakes = getattr(modifier, "bakes", ())
                if not bakes or not os.path.isdir(bpy.path.abspath(modifier.bake_directory)):
                    yield f"{modifier.name!r} of {thing.name!r}"


def simulates(tree, seen):
    if tree is None or tree in seen:
        return False
    seen.append(tree)
    return any(
        node.bl_idname == "GeometryNodeSimulationOutput"
        or simulates(getattr(node, "node_tree", None), seen)
        for node in tree.nodes
    )

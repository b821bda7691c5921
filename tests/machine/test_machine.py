"""Any order of acts, by anybody: nobody is shown what the model keeps from them, nor refused what it opens."""

import pytest

from tests.machine import machine
from tests.world import World


def test_nobody_sees_more_or_less_than_the_model_opens(
    world: World,
    database_url: str,
    machine_runs: int,
    machine_steps: int,
    machine_seed: int,
    capsys: pytest.CaptureFixture[str],
) -> None:
    said = f"--machine-runs {machine_runs} --machine-steps {machine_steps} --machine-seed {machine_seed}"
    with capsys.disabled():
        print(f"\n{world.session.get_bind().dialect.name}: {said}", end="", flush=True)
        world.session.rollback()
    tally = machine.run(world, database_url, runs=machine_runs, steps=machine_steps, seed=machine_seed)
    with capsys.disabled():
        print(f": {tally}; 0 leaks, 0 wrongful refusals", end="")
    assert tally.open > machine_runs
    assert tally.shut > machine_runs

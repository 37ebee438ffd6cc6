from services.intake.accounts.attempts import MOST_ADDRESSES, FailureBrake


class Watch:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def test_failures_count_within_the_window_only():
    watch = Watch()
    brake = FailureBrake(allowed=2, window_seconds=60, seconds=watch)
    brake.record_failure("a")
    watch.seconds = 20
    brake.record_failure("a")
    assert brake.seconds_to_wait("a") == 40
    watch.seconds = 60
    assert brake.seconds_to_wait("a") == 0


def test_addresses_do_not_brake_each_other():
    brake = FailureBrake(allowed=1)
    brake.record_failure("a")
    assert brake.seconds_to_wait("a") > 0
    assert brake.seconds_to_wait("b") == 0


def test_memory_stays_bounded():
    brake = FailureBrake(allowed=1)
    for number in range(MOST_ADDRESSES + 10):
        brake.record_failure(str(number))
    assert brake.seconds_to_wait("0") == 0
    assert brake.seconds_to_wait(str(MOST_ADDRESSES)) > 0

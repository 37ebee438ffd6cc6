"""What can go wrong with a measurement; each message says what happened and what it means.

BenchError
├── NotDurable          (database) the server would lose what it has acknowledged
├── ProgramDidNotStart  (programs) with its last lines
├── NoAnswer            (load) a request was not answered in time, or the connection was closed
├── UnexpectedAnswer    (load) with what was answered instead
├── NotSettled          (waiting) the database did not come to the state that was waited for
├── ReportsLost         (submit) what is stored is not what was acknowledged
├── NotShown            (freshness) the total never showed what was acknowledged
├── UnitsLost           (conversion) the catalogue is not what the table says
├── WrongSum            (geography) what was read over the reform is not what was reported
├── UnsoundReport       (validation) a report of the measurement was refused
└── Stalled             (catch_up) the aggregator applied nothing for a long time
"""


class BenchError(Exception):
    """Root of the tree; the figures of the measurement are void."""

    code = "bench_error"

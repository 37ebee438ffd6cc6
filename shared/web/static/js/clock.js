// The clock of the demonstration goes on from the instant at which the page was made.

const SECOND = 1000;
const IN_VIETNAM = new Intl.DateTimeFormat("en-GB", {
  timeZone: "Asia/Ho_Chi_Minh", hour: "2-digit", minute: "2-digit", second: "2-digit",
});

export function keepClocksTicking(root) {
  for (const clock of root.querySelectorAll("time[data-ticks]")) {
    const start = Date.parse(clock.dataset.ticks) - performance.now();
    const show = () => {
      clock.textContent = IN_VIETNAM.format(start + performance.now());
    };
    show();
    setInterval(show, SECOND);
  }
}

/**
 * Keeps the draft: on the server soon after each change, and on this device while the server
 * cannot be reached. Versions (ETag, If-Match) keep two windows from overwriting each other.
 */

const DELAY_MILLISECONDS = 800;
const RETRY_MILLISECONDS = 5000;

export class Autosave {
  /** @param options {url, key, csrfToken, version, read, onState, onSaved} */
  constructor(options) {
    this.options = options;
    this.version = options.version;
    this.timer = null;
    this.saving = null;
    this.dirty = false;
    this.stopped = false;
  }

  /** Something changed: keep it here at once, and on the server in a moment. */
  touch() {
    this.dirty = true;
    this.keepHere();
    this.schedule(DELAY_MILLISECONDS);
  }

  schedule(delay) {
    clearTimeout(this.timer);
    if (!this.stopped) this.timer = setTimeout(() => this.save(), delay);
  }

  /** Saves now; one request at a time, and once more if something changed meanwhile. */
  async save() {
    clearTimeout(this.timer);
    if (this.saving) {
      await this.saving;
      if (!this.dirty) return;
    }
    this.saving = this.send();
    await this.saving;
    this.saving = null;
  }

  async send() {
    this.dirty = false;
    this.options.onState("saving");
    try {
      const response = await fetch(this.options.url, this.request());
      await this.received(response);
    } catch {
      this.failed();
    }
  }

  request() {
    return {
      method: "PUT",
      headers: {
        "Content-Type": "application/json",
        "X-CSRF-Token": this.options.csrfToken,
        "If-Match": `"${this.version}"`,
      },
      body: JSON.stringify(this.options.read()),
    };
  }

  async received(response) {
    if (response.status === 412) return this.conflict();
    if (response.status === 401 || response.status === 403) return this.options.onState("signed_out");
    if (!response.ok) return this.failed();
    const saved = await response.json();
    this.version = saved.version;
    if (!this.dirty) this.forgetHere();
    this.options.onState("saved", saved);
    this.options.onSaved(saved);
  }

  failed() {
    this.dirty = true;
    this.options.onState("offline");
    this.schedule(RETRY_MILLISECONDS);
  }

  /** Another window saved first. Nothing is overwritten: the officer decides. */
  conflict() {
    this.stopped = true;
    this.options.onState("conflict");
  }

  keepHere() {
    try {
      const kept = { base: this.version, draft: this.options.read() };
      localStorage.setItem(this.options.key, JSON.stringify(kept));
    } catch {
      this.options.onState("unsaved");
    }
  }

  forgetHere() {
    localStorage.removeItem(this.options.key);
  }

  /** What this device kept on top of the version that the page shows, else null. */
  kept() {
    try {
      const kept = JSON.parse(localStorage.getItem(this.options.key) ?? "null");
      return kept && kept.base === this.version ? kept.draft : null;
    } catch {
      return null;
    }
  }
}

// One phone: its chat, its suggestions, the word over a pressed button.
import { composerIn } from "./composer.js";
import { messageOf } from "./message.js";
import { post, upload } from "./requests.js";
import { showWindow } from "./windows.js";

const TOAST_MS = 5000;
const ONE_BATCH_MS = 4000;
const NEAR_END = 60;

export class Phone {
  #shown = new Map();
  #pressed = null;
  #anchor = null;
  #batch = 0;

  constructor(section) {
    this.who = section.id;
    this.name = section.querySelector("h2").firstChild.textContent.trim();
    const parts = document.getElementById("phone-parts").content.cloneNode(true);
    this.log = parts.querySelector(".log");
    this.toast = parts.querySelector(".toast");
    this.composer = composerIn(parts.querySelector("form"), this.who, this.name);
    this.log.setAttribute("aria-label", `${this.name}的聊天`);
    const chips = section.querySelector(".chips");
    chips.before(this.log, this.toast);
    chips.after(this.composer.form);
    chips.addEventListener("click", (event) => this.#suggest(event.target.closest("button")));
    for (const act of ["click", "submit"]) section.addEventListener(act, () => { this.#batch = 0; });
    // a picture has no height before it is there, a hidden phone none at all
    this.log.addEventListener("load", () => this.#settle(), true);
    new ResizeObserver(() => this.#settle()).observe(this.log);
  }

  // --- the chat ------------------------------------------------------------------------------------------------------

  restart(messages) {
    this.log.replaceChildren();
    this.#shown.clear();
    messages.forEach((message) => this.put(message));
    this.#anchor = null;
    this.#settle();
  }

  // shows a message, in its old place if it is a changed one; says whether it is new
  put(message) {
    const old = this.#shown.get(message.id);
    const article = messageOf(message, this);
    this.#shown.set(message.id, article);
    if (old) this.#change(old, article);
    else this.#add(article, message.mine);
    return !old;
  }

  #change(old, article) {
    const atEnd = this.#end() - this.log.scrollTop < NEAR_END;
    old.replaceWith(article);
    article.classList.add("changed");
    if (atEnd) this.#settle();
  }

  // what comes together is read from its beginning, which is not one's own message; whatever a person does begins anew
  #add(article, mine) {
    this.log.append(article);
    if (mine || Date.now() - this.#batch > ONE_BATCH_MS) this.#anchor = mine ? null : article;
    this.#batch = mine ? 0 : Date.now();
    this.#settle();
    if (!mine && this.toast.dataset.waiting) this.#say("");
  }

  #settle() {
    const start = this.#anchor?.isConnected ? this.#anchor.offsetTop - 12 : Infinity;
    this.log.scrollTop = Math.min(this.#end(), start);
  }

  #end() {
    return this.log.scrollHeight - this.log.clientHeight;
  }

  // --- buttons and suggestions ---------------------------------------------------------------------------------------

  async press(button, message, data) {
    this.#pressed?.removeAttribute("aria-busy");
    this.#pressed = button;
    button.setAttribute("aria-busy", "true");
    if (!(await post("press", { who: this.who, message, data }))) this.answer("", false);
  }

  answer(text, alert) {
    this.#pressed?.removeAttribute("aria-busy");
    this.#pressed = null;
    if (text && alert) showWindow(text);
    else if (text) this.#sayShortly(text);
  }

  // what takes a few seconds is announced; the next message from the program is it
  awaits(text) {
    this.#say(text);
    this.toast.dataset.waiting = "yes";
  }

  #sayShortly(text) {
    this.#say(text);
    setTimeout(() => { if (this.toast.textContent === text) this.#say(""); }, TOAST_MS);
  }

  #say(text) {
    this.toast.textContent = text;
    delete this.toast.dataset.waiting;
  }

  async #suggest(chip) {
    if (chip?.dataset.say) await post("say", { who: this.who, text: chip.dataset.say });
    if (chip?.dataset.photo) await upload(this.who, await (await fetch(chip.dataset.photo)).blob());
  }
}

// Wires the page: one line of events from the program, small requests back.
import { Phone } from "./phone.js";
import { post } from "./requests.js";
import { dayAndTime } from "./times.js";

const phones = new Map();
for (const section of document.querySelectorAll(".phone")) {
  phones.set(section.id, new Phone(section));
}

// --- time ------------------------------------------------------------------------------------------------------------

let ahead = 0;

function showTime() {
  const now = new Date(Date.now() + ahead);
  const time = document.getElementById("now");
  time.textContent = dayAndTime(now);
  time.dateTime = now.toISOString();
}

function setTime(now) {
  ahead = now - Date.now();
  showTime();
}

setInterval(showTime, 1000);

for (const button of document.querySelectorAll("[data-time]")) {
  button.addEventListener("click", async () => {
    button.disabled = true;
    if (button.dataset.time === "monday") {
      show("manager");
      phones.get("manager").awaits("正在做周报，几秒钟就到……");
    }
    await post("time", { to: button.dataset.time });
    button.disabled = false;
    button.focus({ preventScroll: true });
  });
}

// --- which phone -----------------------------------------------------------------------------------------------------

function show(who) {
  document.body.dataset.shown = who;
  if (who === "manager" || who === "officer") document.body.dataset.third = who;
  for (const tab of document.querySelectorAll("[data-show]")) {
    tab.setAttribute("aria-pressed", String(tab.dataset.show === who));
  }
  forgetSeen();
}

const isVisible = (who) => document.getElementById(who).checkVisibility();

function marksOf(who) {
  return document.querySelectorAll(`[data-show="${who}"] i, .swap[data-third="${who}"] i`);
}

function forgetSeen() {
  for (const who of phones.keys()) {
    if (isVisible(who)) for (const mark of marksOf(who)) mark.hidden = true;
  }
}

function markNew(who) {
  if (!isVisible(who)) for (const mark of marksOf(who)) mark.hidden = false;
}

for (const tab of document.querySelectorAll("[data-show]")) {
  tab.addEventListener("click", () => show(tab.dataset.show));
}
for (const button of document.querySelectorAll(".swap")) {
  button.addEventListener("click", () => {
    show(button.dataset.third);
    document.querySelector(`#${button.dataset.third} .swap`).focus({ preventScroll: true });
  });
}
addEventListener("resize", forgetSeen);

// --- large type ------------------------------------------------------------------------------------------------------

const LARGE = "large-type";
const largeButton = document.getElementById("large");

function setLarge(large) {
  document.documentElement.classList.toggle("large", large);
  largeButton.setAttribute("aria-pressed", String(large));
  for (const phone of phones.values()) phone.log.scrollTop = phone.log.scrollHeight;
  try { localStorage.setItem(LARGE, large ? "yes" : "no"); } catch { /* private windows: it lasts as long as the page */ }
}

function keptLarge() {
  try { return localStorage.getItem(LARGE) === "yes"; } catch { return false; }
}

setLarge(keptLarge());
largeButton.addEventListener("click", () => setLarge(largeButton.getAttribute("aria-pressed") !== "true"));

document.getElementById("how").addEventListener("click", () => document.getElementById("guide").showModal());

// --- events ----------------------------------------------------------------------------------------------------------

const line = new EventSource("events");
const lost = document.getElementById("lost");
line.addEventListener("open", () => { lost.hidden = true; });
line.addEventListener("error", () => { lost.hidden = false; });

const on = (name, handler) => line.addEventListener(name, (event) => handler(JSON.parse(event.data)));

on("all", ({ now, chats }) => {
  setTime(now);
  for (const [who, messages] of Object.entries(chats)) phones.get(who).restart(messages);
  document.body.dataset.ready = "yes";
});
on("message", ({ who, message }) => {
  const isNew = phones.get(who).put(message);
  if (isNew && !message.mine) markNew(who);
  if (isNew && message.mine && message.text === "大字") setLarge(true);
  if (isNew && message.mine && message.text === "完整") setLarge(false);
});
on("answer", ({ who, text, alert }) => phones.get(who).answer(text, alert));
on("time", ({ now }) => setTime(now));

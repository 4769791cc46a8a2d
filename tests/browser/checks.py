"""What the page is asked about itself, in its own language. Each gives back what is wrong: an empty list is good."""

TOO_SMALL = """() => [...document.querySelectorAll("button:not(.edit), .tool")]
  .filter((e) => e.checkVisibility())
  .map((e) => [e.textContent.trim(), e.getBoundingClientRect()])
  .filter(([, box]) => box.height < 36 || box.width < 40)
  .map(([name]) => name)"""
"""Targets smaller than a thumb can hit (WCAG 2.2 AA, 2.5.8 asks for 24 by 24)."""

NAMELESS = """() => {
  const named = (e) => e.getAttribute("aria-label") || e.getAttribute("aria-labelledby") || e.textContent.trim();
  const speaksLater = (e) => e.getAttribute("role") === "status" || e.getAttribute("role") === "alert";
  return [...document.querySelectorAll("button, input, textarea, a, img, [role]")]
    .filter((e) => (e.tagName === "IMG" ? e.getAttribute("alt") === null : !named(e) && !speaksLater(e)))
    .map((e) => e.outerHTML.slice(0, 120));
}"""
"""What can be used or seen and has no name for those who hear the page (4.1.2, 1.1.1)."""

WEAK_CONTRAST = """() => {
  const parse = (colour) => {
    const parts = colour.match(/[\\d.]+/g).map(Number);
    return parts.length > 3 ? parts : [...parts, 1];
  };
  const linear = (part) => (part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
  const light = ([r, g, b]) => 0.2126 * linear(r / 255) + 0.7152 * linear(g / 255) + 0.0722 * linear(b / 255);
  const behind = (e) => {
    for (; e; e = e.parentElement) {
      const ground = parse(getComputedStyle(e).backgroundColor);
      if (ground[3] > 0.99) return ground;
    }
    return [255, 255, 255, 1];
  };
  const weak = [];
  for (const e of document.querySelectorAll("body *")) {
    const style = getComputedStyle(e);
    const speaks = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!speaks || !e.checkVisibility() || style.clipPath !== "none" || parse(style.color)[3] === 0) continue;
    const [a, b] = [light(parse(style.color)), light(behind(e))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) weak.push([ratio.toFixed(2), e.textContent.trim().slice(0, 30)]);
  }
  return weak;
}"""
"""Words that do not stand out from their ground by 4.5 to 1, large type too (1.4.3)."""

TYPE_SIZES = """() => [...document.querySelectorAll(".words, .choices button, .chips button, textarea")]
  .filter((e) => e.checkVisibility())
  .map((e) => parseFloat(getComputedStyle(e).fontSize))"""

SHOWN_SIZES = """() => [...document.querySelectorAll(".words, .choices button, .chips button, textarea")]
  .filter((e) => e.checkVisibility())
  .map((e) => parseFloat(getComputedStyle(e).fontSize) * (e.currentCSSZoom ?? 1))"""
"""As they stand on the screen: a zoom counts."""

WIDTH = "document.documentElement.scrollWidth"

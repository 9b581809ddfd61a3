// Measures the layout of a page: what is wider than the window, and texts or controls that cover one another.
import assert from 'node:assert/strict';

/** Runs in the page. */
function findCollisions() {
  const overlays = [...document.querySelectorAll('[role=dialog], [role=menu], .mantine-Popover-dropdown')].filter((overlay) => overlay.checkVisibility());
  const root = overlays.at(-1) ?? document.body;
  // Rows far from the window are not laid out.
  const visible = (element) => element.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true });
  /** The part of a box that its ancestors show. Fixed and sticky ones lie above the page on purpose. */
  const shownPart = (box, element) => {
    let { left, top, right, bottom } = box;
    for (let parent = element; parent && parent !== document.documentElement; parent = parent.parentElement) {
      const style = getComputedStyle(parent);
      if (parent !== root && root === document.body && ['fixed', 'sticky'].includes(style.position)) return undefined;
      if (style.clip !== 'auto' || style.clipPath !== 'none') return undefined;
      const limit = parent.getBoundingClientRect();
      if (style.overflowX !== 'visible') [left, right] = [Math.max(left, limit.left), Math.min(right, limit.right)];
      if (style.overflowY !== 'visible') [top, bottom] = [Math.max(top, limit.top), Math.min(bottom, limit.bottom)];
    }
    return right - left > 1 && bottom - top > 1 ? { left, top, right, bottom } : undefined;
  };
  const boxes = [];
  const add = (rect, element, text, owner) => {
    const box = shownPart(rect, element);
    if (box) boxes.push({ ...box, owner, text: text.trim().slice(0, 40) });
  };
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const parent = node.parentElement;
    if (!node.data.trim() || !visible(parent) || parent.closest('option, svg, textarea, select')) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      // Without the space above and below the letters.
      const inset = rect.height * 0.25;
      add({ left: rect.left, right: rect.right, top: rect.top + inset, bottom: rect.bottom - inset }, parent, node.data, parent);
    }
  }
  for (const control of root.querySelectorAll('input:not([type=checkbox], [type=radio]), select, textarea')) {
    if (visible(control)) add(control.getBoundingClientRect(), control, control.getAttribute('aria-label') ?? control.tagName, control);
  }
  boxes.sort((a, b) => a.top - b.top);
  const found = [];
  for (const [n, box] of boxes.entries()) {
    for (let m = n + 1; m < boxes.length && boxes[m].top < box.bottom - 1; m += 1) {
      const other = boxes[m];
      const across = Math.min(box.right, other.right) - Math.max(box.left, other.left);
      const down = Math.min(box.bottom, other.bottom) - other.top;
      // A label may lie inside its own field.
      const isNested = box.owner.contains(other.owner) || other.owner.contains(box.owner) || box.owner.closest('label, .mantine-Input-wrapper')?.contains(other.owner);
      if (across > 2 && down > 2 && !isNested) found.push(`${box.text} / ${other.text}`);
    }
  }
  return [...new Set(found)];
}

/** Runs in the page: elements that reach beyond the window, unless a part that scrolls contains them. */
function findOverflow() {
  const width = document.documentElement.clientWidth;
  const excess = document.documentElement.scrollWidth - width;
  if (excess <= 0) return [];
  const widest = [...document.body.querySelectorAll('*')].filter((element) => element.getBoundingClientRect().right > width + 1).at(-1);
  return [`${excess} px too wide: ${widest?.outerHTML.slice(0, 120)}`];
}

/** Asserts that nothing is wider than the window, and that no texts and controls cover one another. */
export async function assertLayout(page, where) {
  assert.deepEqual(await page.evaluate(findOverflow), [], `overflow on ${where}`);
  assert.deepEqual(await page.evaluate(findCollisions), [], `collisions on ${where}`);
}

/** Runs in the page: visible bars that stay in place when the page is scrolled. */
function findBars() {
  return [...document.body.querySelectorAll('*')]
    .filter((element) => ['fixed', 'sticky'].includes(getComputedStyle(element).position) && element.checkVisibility())
    .filter((element) => element.getBoundingClientRect().bottom > 0 && element.getBoundingClientRect().height > 0)
    .map((element) => element.outerHTML.slice(0, 100));
}

/** Runs in the page: controls that are smaller than a fingertip. A control in a label is as large as the label. */
function findSmallTargets() {
  const least = 44 - 0.5;
  return [...document.body.querySelectorAll('button, select, textarea, input:not([type=radio]), [role=menuitem], nav a')]
    .map((control) => control.closest('label') ?? control)
    .filter((control) => control.checkVisibility({ visibilityProperty: true, opacityProperty: true, contentVisibilityAuto: true }))
    .filter((control) => {
      const { width, height, bottom } = control.getBoundingClientRect();
      return bottom > 0 && width > 1 && (height < least || width < 24);
    })
    .map((control) => `${Math.round(control.getBoundingClientRect().height)} px: ${control.outerHTML.slice(0, 140)}`);
}

export async function assertNoBars(page, where) {
  assert.deepEqual(await page.evaluate(findBars), [], `bars on ${where}`);
}

export async function assertTouchTargets(page, where) {
  assert.deepEqual(await page.evaluate(findSmallTargets), [], `small targets on ${where}`);
}

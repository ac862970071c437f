/** Of the first 200 texts that `selector` finds, those whose contrast with what is behind them is below 4.5 to 1, or 3 to 1 for large ones. Runs in the page. */
export function faint(selector = 'body *') {
  const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });

  function over(colours) {
    context.clearRect(0, 0, 1, 1);
    for (const colour of colours) {
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
    }
    return luminance([...context.getImageData(0, 0, 1, 1).data]);
  }
  function luminance([r, g, b]) {
    const [x, y, z] = [r, g, b].map((v) => (v / 255 <= 0.04045 ? v / 3294.6 : ((v / 255 + 0.055) / 1.055) ** 2.4));
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  }
  function behind(element) {
    const layers = [];
    for (let at = element; at; at = at.parentElement) layers.unshift(getComputedStyle(at).backgroundColor);
    return layers;
  }
  function ratio(element) {
    const back = behind(element);
    const [light, dark] = [over(back), over([...back, getComputedStyle(element).color])].sort((a, b) => b - a);
    return (light + 0.05) / (dark + 0.05);
  }

  const texts = [...document.querySelectorAll(selector)].filter((element) => {
    const own = [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.data.trim());
    return own && element.checkVisibility() && !element.closest('svg');
  });
  return texts.slice(0, 200).flatMap((element) => {
    const large = parseFloat(getComputedStyle(element).fontSize) >= 24;
    const found = ratio(element);
    return found < (large ? 3 : 4.5) ? [`${element.textContent.trim().slice(0, 40)}: ${found.toFixed(2)}`] : [];
  });
}

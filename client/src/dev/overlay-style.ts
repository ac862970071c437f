// The overlay's style sheet: a sheet at the foot of the window, light or dark as the system is. What the page says of its host element
// is overruled.

export const STYLE = `
:host {
  all: initial !important;
  position: fixed !important;
  inset: auto 0 0 !important;
  z-index: 2147483647 !important;
  color-scheme: light dark !important;
}
section {
  box-sizing: border-box;
  display: flex;
  flex-direction: column;
  max-height: min(60vh, 40rem);
  max-width: 64rem;
  margin: 0 auto;
  border: solid light-dark(#b3261e, #ff8a80);
  border-width: 3px 1px 0;
  background: light-dark(#fff8f7, #241414);
  color: light-dark(#2b0b09, #ffe9e6);
  font: 14px/1.5 system-ui, sans-serif;
  box-shadow: 0 0 24px #0006;
}
header { display: flex; align-items: center; justify-content: space-between; gap: 1em; padding: .5em 1em }
h2, h3 { margin: 0; font-size: 1em; overflow-wrap: anywhere }
h2, span { color: light-dark(#a01b14, #ffb4ab) }
ol { margin: 0; padding: 0; overflow: auto; list-style: none; overscroll-behavior: contain }
li { padding: .5em 1em 1em; border-top: 1px solid light-dark(#eccfcc, #5c3531) }
pre { margin: .25em 0 0; font: 13px/1.5 ui-monospace, monospace; white-space: pre-wrap; overflow-wrap: anywhere; tab-size: 4 }
button {
  flex: none;
  padding: .25em .75em;
  border: 1px solid currentcolor;
  border-radius: 4px;
  background: none;
  color: inherit;
  font: inherit;
  cursor: pointer;
}
:focus-visible { outline: 2px solid light-dark(#0b57d0, #a8c7fa); outline-offset: -2px }
@media print { :host { display: none !important } }
`;

// Settings of the development script: they last for the tab, over reloads.

export type Setting = 'json' | 'latency' | 'debug';

export const read = (name: Setting): number => Number(sessionStorage.getItem('live-' + name));

export const write = (name: Setting, value: number): void => sessionStorage.setItem('live-' + name, String(value));

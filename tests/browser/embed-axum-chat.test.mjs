// The chat, inside axum on tokio: the same tests.
import { on } from './gallery/start.mjs';

on('embed-axum');
await import('./gallery-chat.test.mjs');

//! The Mizu Live server on smol: pages, routes, WebSocket, drain.

//! What Mizu Live needs from std, and no particular runtime: stores, pubsub, tokens, templates, the session driver.

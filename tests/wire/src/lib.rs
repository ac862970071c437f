//! Golden vectors and properties of the wire.

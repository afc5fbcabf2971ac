//! The lossless connection-URL model.

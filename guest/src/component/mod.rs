//! The only place that names WIT.

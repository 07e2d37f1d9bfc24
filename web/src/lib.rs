//! The page's half of the pipeline.

//! Every format, from pictures that are drawn and encoded here: sound, cut off, lying and hostile.

mod drawn;
mod hostile;
mod moving;
mod reduced;
mod sound;

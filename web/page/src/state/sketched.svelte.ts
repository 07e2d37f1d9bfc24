// With the switch on the server is sent the sketch of a picture, too, and judges by it: cropped and bordered copies
// are found before they are uploaded. A sketch is a small picture, so it is never sent unasked.
import { remembered } from "./remembered.svelte";

export const sketched = remembered("vismatch-sketch");

// The rules of delivery that are the browser's alone, each with a switch that breaks it: for a test that has to notice, as with those of
// core/src/rules.rs. The build drops what a switch that is on leaves out.

/** A field whose change the server hasn't seen keeps its value. */
export const R12 = true;

import type { Place, Ui } from './state.ts'

/** Puts a place on top of the others. */
export function open(ui: Ui, place: Place): Ui {
  return { ...ui, places: [...ui.places, place] }
}

/** Goes back to the place before; the first one stays. */
export function back(ui: Ui): Ui {
  return ui.places.length > 1 ? { ...ui, places: ui.places.slice(0, -1) } : ui
}

/** Another state of the place on screen. */
export function replacePlace(ui: Ui, place: Place): Ui {
  return { ...ui, places: [...ui.places.slice(0, -1), place] }
}

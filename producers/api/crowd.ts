/** How many requests are worked on, and whether one more may come in. */
export interface Crowd {
  /** `false`: there are too many. Whoever comes in leaves once. */
  enter(): boolean;
  leave(): void;
  readonly inside: number;
  /** When one left last, ms since 1970. */
  readonly lastLeftAt: number;
}

export function openCrowd(most: number, now: () => number = Date.now): Crowd {
  let inside = 0;
  let lastLeftAt = now();
  return {
    enter() {
      if (inside >= most) return false;
      inside++;
      return true;
    },
    leave() {
      inside--;
      lastLeftAt = now();
    },
    get inside() {
      return inside;
    },
    get lastLeftAt() {
      return lastLeftAt;
    },
  };
}

/** Where a training stands: whoever has the lowest place has its turn first. */
export interface TurnPlace {
  /** from 1 */
  readonly epoch: number;
  /** 0 trains, 1 is evaluated on the validation split, 2 on the test split */
  readonly stage: 0 | 1 | 2;
  /** of what there is to do at the stage */
  readonly index: number;
}

const compare = (a: TurnPlace, b: TurnPlace) => a.epoch - b.epoch || a.stage - b.stage || a.index - b.index;

interface WaitingMember {
  readonly place: TurnPlace;
  readonly go: () => void;
}

/**
 * Trainings of one thread that take their turns, the one that is furthest behind first: those that stand at the same place take their
 * steps on the same examples one right after the other. Who waits for something else has its turn until it asks for the next one.
 */
export class Lockstep {
  readonly #waiting: WaitingMember[] = [];
  #members: number;

  /** @param members that will each ask for turns, and leave in the end */
  constructor(members: number) {
    this.#members = members;
  }

  /** Resolves when it is the turn of a training that stands there. */
  turn(place: TurnPlace): Promise<void> {
    return new Promise((go) => {
      this.#waiting.push({ place, go });
      this.#goOn();
    });
  }

  /** A training has ended, whether or not it has had a turn. */
  leave(): void {
    this.#members--;
    this.#goOn();
  }

  #goOn(): void {
    if (this.#waiting.length === 0 || this.#waiting.length < this.#members) return;
    const first = this.#waiting.reduce((best, each) => (compare(each.place, best.place) < 0 ? each : best));
    this.#waiting.splice(this.#waiting.indexOf(first), 1);
    first.go();
  }
}

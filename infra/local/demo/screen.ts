import { clearScreenDown, moveCursor } from 'node:readline';

/** Shows lines that change: redrawn in place on a terminal, printed every few seconds elsewhere. */
export interface Screen {
  /** A line that stays, such as a step of the start-up. */
  readonly say: (line: string) => void;
  /** The block that changes. */
  readonly draw: (lines: readonly string[]) => void;
}

const plainEveryMs = 4_000;

export function openScreen(out: NodeJS.WriteStream): Screen {
  let drawn = 0;
  let printedAt = 0;
  const erase = () => {
    if (drawn > 0) {
      moveCursor(out, 0, -drawn);
      clearScreenDown(out);
    }
    drawn = 0;
  };
  return {
    say(line) {
      if (out.isTTY) erase();
      out.write(`${line}\n`);
    },
    draw(lines) {
      if (!out.isTTY) {
        if (Date.now() - printedAt < plainEveryMs) return;
        printedAt = Date.now();
        out.write(`${lines.map((line) => line.trim()).join(' | ')}\n`);
        return;
      }
      erase();
      out.write(`${lines.join('\n')}\n`);
      drawn = lines.length;
    },
  };
}

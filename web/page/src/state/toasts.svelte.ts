// Short messages at the edge of the page, some with a way back.

export interface Toast {
  id: number;
  text: string;
  tone: "plain" | "bad";
  action?: { label: string; run: () => void };
}

const PATIENCE = 5_000;

let list = $state<Toast[]>([]);
/** Open dialogs: they alone can be heard and clicked, so that messages are shown in them. */
let dialogs = $state(0);
let last = 0;

export const toasts = {
  get all(): readonly Toast[] {
    return list;
  },
  get inDialog(): boolean {
    return dialogs > 0;
  },
  /** Says that a dialog is open; the answer, that it is closed. */
  enterDialog(): () => void {
    dialogs++;
    return () => dialogs--;
  },
  /** Shows a message for `milliseconds`; the answer takes it away. */
  show(text: string, options: Partial<Omit<Toast, "id" | "text">> & { milliseconds?: number } = {}): () => void {
    const { milliseconds = PATIENCE, tone = "plain", action } = options;
    const id = ++last;
    const close = () => {
      list = list.filter((toast) => toast.id !== id);
    };
    const run = action && { label: action.label, run: () => (close(), action.run()) };
    list = [...list, { id, text, tone, ...(run && { action: run }) }];
    setTimeout(close, milliseconds);
    return close;
  },
  /** Shows what went wrong. */
  fail(doing: string, fault: unknown): void {
    const reason = fault instanceof Error ? fault.message : String(fault);
    this.show(`${doing}: ${reason}`, { tone: "bad", milliseconds: 10_000 });
  },
};

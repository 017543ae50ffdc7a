import { type FormEvent, useId, useState } from 'react';

export interface KeyBoxProps {
  readonly recalled: string;
  readonly notice: string | undefined;
  readonly busy: boolean;
  /** A key is in use. */
  readonly open: boolean;
  onUse(key: string): void;
  onForget(): void;
}

/** Where a key is entered, shown and forgotten. */
export function KeyBox({ recalled, notice, busy, open, onUse, onForget }: KeyBoxProps) {
  const [key, setKey] = useState(recalled);
  const [shown, setShown] = useState(false);
  const noticeId = useId();

  const submit = (event: FormEvent) => {
    event.preventDefault();
    const trimmed = key.trim();
    setKey(trimmed);
    setShown(false);
    if (trimmed) onUse(trimmed);
  };
  const forget = () => {
    setKey('');
    setShown(false);
    onForget();
  };

  return (
    <form className="key-box" onSubmit={submit} autoComplete="off">
      <div className="key-field" data-open={open}>
        <input
          aria-label="API key"
          aria-describedby={noticeId}
          aria-invalid={notice !== undefined}
          type={shown ? 'text' : 'password'}
          value={key}
          onChange={(event) => setKey(event.target.value)}
          placeholder="Paste a key"
          autoComplete="off"
          autoCapitalize="none"
          spellCheck={false}
          maxLength={4096}
        />
        <button type="button" className="quiet" aria-pressed={shown} onClick={() => setShown(!shown)} disabled={!key}>
          {shown ? 'Hide' : 'Show'}
          <span className="for-screen-readers"> key</span>
        </button>
      </div>
      <button type="submit" className="strong" disabled={busy || !key.trim()}>
        Use key
      </button>
      <button type="button" onClick={forget} disabled={!open && !busy && !key}>
        Forget key
      </button>
      <p id={noticeId} className="key-notice" role="alert">
        {notice}
      </p>
    </form>
  );
}

import { type ReactElement, useState } from 'react';
import type { PlaceChanges, PlaceMethods } from '../places.js';
import type { Organization, Workspace } from '../types.gen.js';
import { Sure } from './buttons.js';
import { Field, Form } from './parts.js';
import { isOfInput, useRun } from './use-run.js';
import { useWords } from './words.js';

type Place = Organization | Workspace;

interface GeneralProps {
  readonly place: Place;
  readonly methods: PlaceMethods<Place>;
  readonly mayManage: boolean;

  /** Whether it may be deleted: by the account, and in this deployment. */
  readonly mayDelete: boolean;
  readonly leave: string;
  readonly destroy: string;
}

/** Name and description of a place, and how to leave or delete it. */
export function General({ place, methods, mayManage, mayDelete, leave, destroy }: GeneralProps): ReactElement {
  const words = useWords();
  const run = useRun();
  const leaving = useRun();

  /** Only what was changed here: somebody else may have changed the rest. */
  function save(form: HTMLFormElement): void {
    const values = new FormData(form);
    const [name, description, image] = [String(values.get('name')), String(values.get('description')), values.get('image')];
    const changes: PlaceChanges = {
      ...(name !== place.name && { name }),
      ...(description !== place.description && { description }),
      ...(image instanceof Blob && image.size > 0 ? { image } : values.has('no-picture') && { image: null }),
    };
    void run.run(async () => {
      if (Object.keys(changes).length > 0) await methods.update(changes);
      const file = form.querySelector<HTMLInputElement>('[type=file]');
      if (file) file.value = '';
    }, words.saved);
  }

  return (
    <>
      {mayManage && (
        <Form
          label={words.partOf(words.general, place.name)}
          submit={words.save}
          isBusy={run.isBusy}
          error={run.error}
          done={run.done}
          onSubmit={save}
        >
          <Field label={words.name} name="name" required maxLength={64} defaultValue={place.name} isWrong={isOfInput(run.error)} />
          <Field label={words.description} name="description" maxLength={1000} defaultValue={place.description} />
          <Field label={words.picture} hint={words.pictureHint} name="image" type="file" accept="image/png,image/jpeg,image/webp" />
          {place.image_url && (
            <div className="kr-checks">
              <label>
                <input type="checkbox" name="no-picture" /> {words.removePicture}
              </label>
            </div>
          )}
        </Form>
      )}
      <div className="kr-foot">
        <Sure label={leave} question={words.sure(leave)} isBusy={leaving.isBusy} onPress={() => void leaving.run(methods.leave)}>
          {leave}
        </Sure>
        <p role="alert" className="kr-error">
          {leaving.error?.message}
        </p>
      </div>
      {mayDelete && <Destroy name={place.name} label={destroy} destroy={methods.destroy} />}
    </>
  );
}

interface DestroyProps {
  readonly name: string;
  readonly label: string;
  readonly destroy: () => Promise<void>;
}

/** Nobody deletes everybody's things by a slip of the hand: the name has to be typed. */
function Destroy({ name, label, destroy }: DestroyProps): ReactElement {
  const words = useWords();
  const run = useRun();
  const [typed, setTyped] = useState('');
  const isRight = typed.trim() === name;
  return (
    <details className="kr-danger">
      <summary>{label}</summary>
      <Form
        label={words.partOf(label, name)}
        submit={label}
        isBusy={run.isBusy}
        error={run.error}
        onSubmit={() => isRight && void run.run(destroy)}
      >
        <Field
          label={words.name}
          hint={words.deleteSure(name)}
          required
          autoComplete="off"
          value={typed}
          pattern={name.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}
          onChange={({ target }) => setTyped(target.value)}
        />
      </Form>
    </details>
  );
}

interface RestrictionsProps {
  readonly place: Place;
  readonly update: (changes: PlaceChanges) => Promise<unknown>;

  /** What the deployment lets a place restrict. */
  readonly hasSecondFactor: boolean;
  readonly hasAddresses: boolean;
}

/** Who may act in a place, beside being a member: with a second factor, from certain addresses. */
export function Restrictions({ place, update, hasSecondFactor, hasAddresses }: RestrictionsProps): ReactElement {
  const words = useWords();
  const run = useRun();
  const requires = 'enforce_mfa' in place ? place.enforce_mfa : place.enforce_2fa;

  function save(form: HTMLFormElement): void {
    const values = new FormData(form);
    const addresses = String(values.get('addresses') ?? '').split(/[\s,]+/).filter(Boolean);
    const changes = {
      ...(hasSecondFactor && { requiresSecondFactor: values.has('factor') }),
      ...(hasAddresses && { restrictsAddresses: values.has('restrict'), allowedAddresses: addresses }),
    };
    void run.run(() => update(changes), words.saved);
  }

  return (
    <Form
      label={words.partOf(words.restrictions, place.name)}
      submit={words.save}
      isBusy={run.isBusy}
      error={run.error}
      done={run.done}
      onSubmit={save}
    >
      <div className="kr-checks">
        {hasSecondFactor && (
          <label>
            <input type="checkbox" name="factor" defaultChecked={requires} /> {words.requireSecondFactor}
          </label>
        )}
        {hasAddresses && (
          <label>
            <input type="checkbox" name="restrict" defaultChecked={place.enable_ip_restriction} /> {words.requireAddresses}
          </label>
        )}
      </div>
      {hasAddresses && (
        <label className="kr-field">
          {words.allowedAddresses} <span className="kr-quiet">{words.allowedAddressesHint}</span>
          <textarea name="addresses" rows={4} spellCheck={false} defaultValue={place.whitelisted_ips.join('\n')} />
        </label>
      )}
    </Form>
  );
}

import type { ReactElement } from 'react';
import type { ProfileChanges } from '../../account.js';
import { KeyrackError } from '../../error.js';
import { useDeployment } from '../../use-deployment.js';
import { useSay } from '../entry/say.js';
import { Field, Form, Picture } from '../parts.js';
import { isOfInput } from '../use-run.js';
import { useOwnRun } from './own.js';
import type { OwnProps } from './manage-account.js';

const NAMES = ['first_name', 'last_name', 'username'] as const;
const LABELS = { first_name: 'fieldFirstName', last_name: 'fieldLastName', username: 'fieldUsername' } as const;
const FILLS = { first_name: 'given-name', last_name: 'family-name', username: 'username' } as const;

/** In bytes. */
const MAX_PICTURE = 512 * 1024;

/** Names and picture. */
export function Profile({ user, hook }: OwnProps): ReactElement {
  const say = useSay();
  const run = useOwnRun();
  const settings = useDeployment().deployment?.auth_settings;
  const shown = NAMES.filter((name) => settings?.[name].enabled !== false);

  /** Only what was changed here: another device may have changed the rest. */
  function save(form: HTMLFormElement): void {
    const values = new FormData(form);
    const changed = shown.filter((name) => String(values.get(name)).trim() !== user[name]);
    const changes: ProfileChanges = Object.fromEntries(changed.map((name) => [name, String(values.get(name)).trim()]));
    const picture = values.get('picture');
    void run.run(async () => {
      if (picture instanceof Blob && picture.size > MAX_PICTURE) throw new KeyrackError('invalid_picture', say('accountPictureWrong'));
      if (changed.length > 0) await hook.update(changes);
      if (picture instanceof Blob && picture.size > 0) await hook.setPicture(picture);
      else if (values.has('no-picture')) await hook.setPicture(null);
      const file = form.querySelector<HTMLInputElement>('[type=file]');
      if (file) file.value = '';
    }, say('accountSaved'));
  }

  const name = `${user.first_name} ${user.last_name}`.trim() || user.username || user.email_address;
  return (
    <Form label={say('accountProfile')} submit={say('accountSave')} isBusy={run.isBusy} error={run.error} done={run.done} onSubmit={save}>
      <div className="kr-face">
        <Picture url={user.profile_picture_url} name={name} />
        <span>{name}</span>
      </div>
      {shown.map((field, index) => (
        <Field
          key={field}
          label={say(LABELS[field])}
          name={field}
          autoComplete={FILLS[field]}
          maxLength={100}
          defaultValue={user[field]}
          required={!!settings?.[field].required}
          isWrong={isOfInput(run.error) && index === 0}
        />
      ))}
      <Field label={say('accountPicture')} hint={say('accountPictureHint')} name="picture" type="file" accept="image/png,image/jpeg,image/webp" />
      {user.has_profile_picture && (
        <div className="kr-checks">
          <label>
            <input type="checkbox" name="no-picture" /> {say('accountPictureRemove')}
          </label>
        </div>
      )}
    </Form>
  );
}

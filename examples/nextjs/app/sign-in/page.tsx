import { visitors } from '../../lib/keyrack';
import { SignInForm } from './form';

export default function SignInPage() {
  // Whoever was nobody a moment ago is asked anew who it is.
  return <SignInForm next={visitors.asking('/')} />;
}

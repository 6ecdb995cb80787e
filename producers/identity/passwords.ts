import {
  type CognitoIdentityProviderClient,
  ConfirmForgotPasswordCommand,
  ForgotPasswordCommand,
} from '@aws-sdk/client-cognito-identity-provider';
import { answerOf, type Meanings, unlessNobodyWaits } from './cognito-outcome.ts';
import { addressee, checked, newPassword } from './inputs.ts';

/** Resetting fails in one way whether the code, its time, the address or its state is what is wrong. */
const resetting: Meanings = {
  CodeMismatchException: 'code-mismatch',
  ExpiredCodeException: 'code-mismatch',
  UserNotFoundException: 'code-mismatch',
  UserNotConfirmedException: 'code-mismatch',
  NotAuthorizedException: 'code-mismatch',
  InvalidPasswordException: 'weak-password',
};

/** For who forgot their password. */
export interface Passwords {
  /** Sends a code to the address of a confirmed player; otherwise does nothing and says the same. */
  forgotPassword(given: { readonly email: string }): Promise<void>;
  /** Gives the player of the code a new password. */
  resetPassword(given: {
    readonly email: string;
    readonly code: string;
    readonly password: string;
  }): Promise<void>;
}

export function createPasswords(cognito: CognitoIdentityProviderClient, clientId: string): Passwords {
  return {
    async forgotPassword(given) {
      const { email } = checked(addressee, given);
      const command = new ForgotPasswordCommand({ ClientId: clientId, Username: email });
      await answerOf(unlessNobodyWaits(cognito.send(command)), {});
    },

    async resetPassword(given) {
      const { email, code, password } = checked(newPassword, given);
      const command = new ConfirmForgotPasswordCommand({
        ClientId: clientId,
        Username: email,
        ConfirmationCode: code,
        Password: password,
      });
      await answerOf(cognito.send(command), resetting);
    },
  };
}

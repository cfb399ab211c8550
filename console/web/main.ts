/** The console's entry: defines the elements that index.html uses. */
import './set-up-form.ts'

"""What the public pages say, by language; a publication in another one gets the English words."""

from __future__ import annotations

from collections.abc import Mapping

_ENGLISH = {
    "contact": "Contact us",
    "all_issues": "All issues",
    "no_issues": "No issue has been sent yet.",
    "unsubscribe": "Unsubscribe",
    "confirm": "Issues of {name} go to {address}. One click, and no more will be sent there.",
    "done": "You are unsubscribed",
    "done_text": "No more issues of {name} go to {address}. A mail that has already left us "
    "may still arrive.",
    "gone_text": "This link belongs to no address that issues of {name} go to. Should mail "
    "still reach you, use the link in the latest one, or contact us.",
    "undo_text": "Was it a misclick? For half an hour you can take it back.",
    "undo": "Undo",
    "undone": "You are still subscribed",
    "undone_text": "Issues of {name} go to {address}, as before.",
    "after_all": "Unsubscribe after all",
    "late": "This can no longer be undone",
    "late_text": "The half hour in which it could be taken back is over, or something else has "
    "happened since. Nothing has changed. To receive {name} again, contact us.",
    "specimen": "This link is a specimen",
    "specimen_text": "It comes from a preview or a test copy of {name}. In a mail to a "
    "subscriber it leads to the page for unsubscribing; here, nothing happens.",
    "damaged": "This link is incomplete",
    "damaged_text": "Mail programs sometimes cut a long link in two. Please open the link in "
    "the mail once more, or copy it whole. If that does not help, contact us, and we will "
    "unsubscribe you from {name}.",
    "400": "This request could not be understood",
    "400_advice": "Nothing has changed. Please go back and try again, or contact us.",
    "404": "There is no such page",
    "404_advice": "The address may be mistyped. The name above leads to all issues.",
    "405": "This page cannot be used like that",
    "405_advice": "Nothing has changed. Please go back and try again, or contact us.",
    "408": "This took too long",
    "408_advice": "The request did not arrive whole. Please try again.",
    "413": "This is too large",
    "413_advice": "The request is larger than anything that is needed here. Nothing has changed.",
    "429": "That was too often",
    "429_advice": "Too many incomplete links were opened from your network. Please wait a "
    "minute, then open the link in the mail once more.",
    "500": "Something went wrong on our side",
    "500_advice": "Please try again in a moment. If that does not help, contact us.",
    "503": "This is not available just now",
    "503_advice": "Please try again in a minute. If that does not help, contact us.",
}
_FRENCH = {
    "contact": "Nous joindre",
    "all_issues": "Tous les numéros",
    "no_issues": "Aucun numéro n’a encore été envoyé.",
    "unsubscribe": "Se désabonner",
    "confirm": "Les numéros de {name} sont envoyés à {address}. Un clic suffit pour ne plus "
    "en recevoir.",
    "done": "Votre désabonnement est fait",
    "done_text": "Les numéros de {name} ne sont plus envoyés à {address}. Un courriel déjà "
    "parti peut encore vous parvenir.",
    "gone_text": "Ce lien ne correspond à aucune adresse à laquelle des numéros de {name} sont "
    "envoyés. Si des courriels vous parviennent encore, utilisez le lien du plus récent ou "
    "écrivez-nous.",
    "undo_text": "Un clic par erreur? Vous avez une demi-heure pour l’annuler.",
    "undo": "Annuler",
    "undone": "Votre abonnement continue",
    "undone_text": "Les numéros de {name} sont envoyés à {address}, comme avant.",
    "after_all": "Se désabonner quand même",
    "late": "Il n’est plus possible d’annuler",
    "late_text": "La demi-heure prévue est écoulée, ou autre chose est survenu entre-temps. Rien "
    "n’a changé. Pour recevoir de nouveau {name}, écrivez-nous.",
    "specimen": "Ce lien est un spécimen",
    "specimen_text": "Il provient d’un aperçu ou d’une copie d’essai de {name}. Dans un courriel "
    "à une personne abonnée, il mène à la page de désabonnement; ici, il ne se passe rien.",
    "damaged": "Ce lien est incomplet",
    "damaged_text": "Il arrive qu’un logiciel de courriel coupe un long lien en deux. Veuillez "
    "ouvrir de nouveau le lien du courriel ou le copier en entier. Si cela n’aide pas, "
    "écrivez-nous et nous vous désabonnerons de {name}.",
    "400": "Cette requête n’a pas été comprise",
    "400_advice": "Rien n’a changé. Veuillez revenir en arrière et réessayer, ou écrivez-nous.",
    "404": "Cette page n’existe pas",
    "404_advice": "L’adresse est peut-être mal saisie. Le nom ci-dessus mène à tous les numéros.",
    "405": "Cette page ne s’utilise pas ainsi",
    "405_advice": "Rien n’a changé. Veuillez revenir en arrière et réessayer, ou écrivez-nous.",
    "408": "Le délai est dépassé",
    "408_advice": "La requête n’est pas arrivée en entier. Veuillez réessayer.",
    "413": "C’est trop volumineux",
    "413_advice": "La requête dépasse tout ce qui est nécessaire ici. Rien n’a changé.",
    "429": "Trop de tentatives",
    "429_advice": "Trop de liens incomplets ont été ouverts depuis votre réseau. Veuillez "
    "attendre une minute, puis ouvrir de nouveau le lien du courriel.",
    "500": "Une erreur est survenue de notre côté",
    "500_advice": "Veuillez réessayer dans un instant. Si cela n’aide pas, écrivez-nous.",
    "503": "Ce service n’est pas disponible pour le moment",
    "503_advice": "Veuillez réessayer dans une minute. Si cela n’aide pas, écrivez-nous.",
}
WORDS: Mapping[str, Mapping[str, str]] = {"en": _ENGLISH, "fr": _FRENCH}
"""By language; what stands in braces is filled in."""


def language_of(tag: str) -> str:
    """The language of the words for a publication's tag: `fr` for `fr-CA`, `en` for `de`."""
    language = tag.lower().split("-")[0]
    return language if language in WORDS else "en"

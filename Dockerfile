# The image of web and worker: `docker compose up` runs both of it. Its commands are those of flexclinic/processes.py.

FROM python:3.11-slim AS packages
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
COPY requirements.txt /build/requirements.txt
RUN python -m venv /venv \
    && /venv/bin/pip install --require-hashes --only-binary=:all: -r /build/requirements.txt

FROM packages AS static
WORKDIR /app
COPY . .
# Needs settings, but no database and no secret: those of the demo, thrown away with this stage.
RUN FLEXCLINIC_DEMO=1 FLEXCLINIC_DATA=/tmp/data STATIC_ROOT=/static PATH=/venv/bin:$PATH \
    python manage.py collectstatic --noinput

FROM python:3.11-slim
RUN useradd --system --uid 10001 --user-group --no-create-home flexclinic \
    && install --directory --owner=flexclinic --group=flexclinic --mode=0750 /data
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=flexclinic.settings \
    FLEXCLINIC_DATA=/data \
    STATIC_ROOT=/static \
    HOST=0.0.0.0 \
    PORT=8000
WORKDIR /app
COPY --from=packages /venv /venv
COPY --from=static /static /static
COPY . .
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f\"http://127.0.0.1:{os.environ['PORT']}/healthz\", timeout=3)"]
CMD ["python", "-m", "gunicorn", "--config", "python:flexclinic.gunicorn", "flexclinic.wsgi:application"]
